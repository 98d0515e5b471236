#!/usr/bin/env python3
"""Draws contacts.svg from the output of the command against a sandbox: picture.py PATH-TO-CONTACTS. Needs rich from PyPI."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from rich.console import Console
from rich.text import Text

STORY = [
    "contacts list",
    "cat on-call.yaml",
    "contacts plan on-call.yaml --prune",
    "contacts apply on-call.yaml --prune --yes -q",
]
FILE = "- email: demo@example.com\n- sms: 90-5555559999\n- voice: 90-5555559999\n"


def main():
    contacts = pathlib.Path(sys.argv[1]).resolve()
    here = pathlib.Path(__file__).resolve().parent
    sandbox = subprocess.Popen([contacts, "sandbox"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    base_url = sandbox.stdout.readline().split()[-1]
    console = Console(record=True, width=108, file=open(os.devnull, "w"))
    with tempfile.TemporaryDirectory() as home:
        pathlib.Path(home, "on-call.yaml").write_text(FILE)
        environment = {
            "PATH": f"{contacts.parent}:{os.environ['PATH']}",
            "HOME": home,
            "TERM": "xterm-256color",
            "CLICOLOR_FORCE": "1",
            "COLUMNS": "100",
            "CONTACTS_BASE_URL": base_url,
            "ATLASSIAN_OPS_API_EMAIL_ADDRESS": "demo@example.com",
            "ATLASSIAN_OPS_API_TOKEN": "sandbox-token",
        }
        for line in STORY:
            console.print(Text.assemble(("$ ", "bold green"), (line, "bold")))
            words = line.split()
            if words[0] == "contacts":
                words += ["--color", "always"]
            ran = subprocess.run(words, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            console.print(Text.from_ansi(ran.stdout.decode().rstrip()))
            console.print()
    sandbox.terminate()
    # With the fonts that are there: a picture loads nothing.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="contacts"), flags=re.DOTALL)
    here.joinpath("contacts.svg").write_text(picture)


main()

"use strict";

// What is shown comes from requests, which may be hostile: it becomes text, and nothing but text.

const EVERY_MS = 1000;
const PATIENCE_MS = 5000;
const USERS_SHOWN = 100;
const REQUESTS_SHOWN = 200;

const $ = (id) => document.getElementById(id);

/** Characters that cannot be seen, or that turn text around, are written out. */
const visible = (text) =>
  String(text).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (hidden) => `\\u{${hidden.codePointAt(0).toString(16)}}`);

/** An element with classes, a text or other elements. */
function make(tag, classes, ...children) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  element.append(...children.map((child) => (child instanceof Node ? child : visible(child))));
  return element;
}

/** Asks the sandbox itself. Answers that are no success become errors with the sandbox's own words. */
async function ask(method, path, { body, headers } = {}) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(`/_sandbox/${path}`, { method, headers, body: body && JSON.stringify(body), cache: "no-store", signal });
  if (answer.ok || answer.status === 304) return answer;
  throw new Error((await answer.text()).trim() || `status ${answer.status}`);
}

/** Does what a button is for, and says in a line what went wrong with it. */
async function act(line, work, done = "") {
  line.className = "";
  try {
    await work();
    line.textContent = done;
  } catch (error) {
    line.className = "wrong";
    line.textContent = visible(error.message);
  }
  await refresh();
}

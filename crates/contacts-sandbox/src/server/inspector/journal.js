// The journal

let since = 0;
let started;
let last;
const rows = new Map();

async function readJournal() {
  const changes = await (await call("GET", `journal?since=${since}&last=${REQUESTS_SHOWN}`)).json();
  if (started !== undefined && started !== changes.started) {
    // A new sandbox on the same port: its revisions start again.
    started = last = undefined;
    since = 0;
    forget(() => true);
    return readJournal();
  }
  ({ started, revision: since } = changes);
  forget((number) => number < changes.first);
  for (const request of changes.entries) showRequest(request);
  const oldest = [...rows.keys()].at(-REQUESTS_SHOWN);
  forget((number) => number < oldest);
  $("journal-none").hidden = rows.size > 0;
  $("clear").disabled = rows.size === 0;
  const count = rows.size ? summary(changes.kept, last) : "";
  if ($("journal-count").textContent !== count) $("journal-count").textContent = count;
}

function forget(matches) {
  for (const [number, row] of rows) {
    if (!matches(number)) continue;
    row.remove();
    rows.delete(number);
  }
}

const summary = (kept, { method, operation, status }) =>
  visible(`${kept} ${kept === 1 ? "request" : "requests"}; latest: ${operation ?? method}, ${status ?? "no response"}`);

function showRequest(request) {
  const known = rows.get(request.number);
  // A late response to a request that is no longer shown.
  if (!known && request.number < last?.number) return;
  const row = requestRow(request);
  if (known) {
    row.querySelector("details").open = known.querySelector("details").open;
    const focused = known.contains(document.activeElement);
    known.replaceWith(row);
    if (focused) row.querySelector("summary").focus({ preventScroll: true });
  } else {
    row.classList.add("new");
    $("requests").prepend(row);
  }
  rows.set(request.number, row);
  if (!(request.number < last?.number)) last = request;
}

function requestRow(request) {
  const { user } = accounts.find(({ user }) => user.account_id === request.account) ?? {};
  const [, base, rest] = /^(.*?)(\/v1\/.*)$/su.exec(request.target) ?? [null, "", request.target];
  const lines = request.headers.map(([name, value]) => `${name}: ${value}`);
  if (request.body) lines.push("", ...request.body.split("\n"));
  const details = make("pre");
  details.textContent = lines.map(visible).join("\n");
  const line = make("summary", "data", make("b", "", request.method), " ", make("span", "soft base", base), make("span", "", rest));
  const time = new Date(request.unix_ms).toLocaleTimeString([], { hour12: false });
  const { kind, ...settings } = request.fault ?? {};
  const fault = make("td", "fault", kind ? make("span", "warn", kind) : make("span", "soft", "none"));
  if (settings.when) fault.append(make("div", "note", `${settings.when} the effect`));
  return make(
    "tr",
    "",
    make("td", "number", request.number),
    make("td", "time", time),
    make("td", "", make("details", "", line, details)),
    make("td", "user data", user?.email ?? request.account ?? "unknown"),
    make("td", `status ${mood(request.status)}`, request.status ?? "none"),
    fault,
  );
}

function mood(status) {
  if (status === null) return "soft";
  if (status < 300) return "good";
  return status < 500 ? "warn" : "bad";
}

$("clear").onclick = () => act($("journal-status"), () => call("DELETE", "journal"));

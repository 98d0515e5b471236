// Users and contacts

let accounts = [];
let stateTag = "";

async function readState() {
  const response = await call("GET", "state", { headers: { "if-none-match": stateTag } });
  if (response.status === 304) return;
  accounts = (await response.json()).accounts;
  stateTag = response.headers.get("etag") ?? "";
  showUsers();
}

function showUsers() {
  const words = $("filter").value.trim().toLowerCase();
  const matches = ({ user, contacts }) =>
    [user.email, user.account_id, user.name ?? "", ...contacts.map((contact) => contact.to)].some((text) => text.toLowerCase().includes(words));
  const found = accounts.filter(matches);
  const shown = found.slice(0, USERS_SHOWN);
  const focused = document.activeElement?.dataset.verify;
  $("users-list").replaceChildren(...shown.map(account));
  const more = found.length > shown.length ? `, first ${shown.length} shown` : "";
  $("users-count").textContent = words ? `${found.length} of ${accounts.length}${more}` : `${accounts.length}${more}`;
  if (focused !== undefined) {
    const sameButton = [...document.querySelectorAll("[data-verify]")].find((button) => button.dataset.verify === focused);
    (sameButton ?? $("users-title")).focus({ preventScroll: true });
  }
}

function account({ user, contacts }) {
  const traits = [`account ${user.account_id}`];
  if (user.name) traits.unshift(user.name);
  if (!user.active) traits.push("deactivated");
  if (user.email_hidden) traits.push("e-mail hidden");
  if (user.administrator) traits.push("administrator");
  if (user.plan !== "full") traits.push(`plan ${user.plan}`);
  const missing = Object.keys(user.scopes).filter((scope) => !user.scopes[scope]);
  if (missing.length) traits.push(`missing scopes: ${missing.join(", ")}`);
  const box = make("div", "account", make("h3", "data", user.email), make("p", "note", traits.join(" \u00b7 ")));
  if (!contacts.length) {
    box.append(make("p", "note", "No contacts."));
    return box;
  }
  const headers = ["Order", "Method", "To", "Enabled", "Verified"].map((name) => {
    const head = make("th", name.toLowerCase(), name);
    head.scope = "col";
    return head;
  });
  const rows = contacts.map((contact, order) => contactRow(user, contact, order));
  const caption = make("caption", "", `Contacts of ${user.email}`);
  box.append(make("table", "", caption, make("thead", "", make("tr", "", ...headers)), make("tbody", "", ...rows)));
  return box;
}

function contactRow(user, contact, order) {
  const enabled = make("td", "enabled", contact.enabled ? make("span", "good", "yes") : make("span", "warn", "no"));
  if (contact.disabled_reason) enabled.append(make("div", "note", contact.disabled_reason));
  return make(
    "tr",
    "",
    make("td", "order soft", order),
    make("td", "method", contact.method),
    make("td", "to data", contact.to),
    enabled,
    make("td", "verified", contact.verified ? make("span", "good", "yes") : verifyButton(user, contact)),
  );
}

function verifyButton(user, contact) {
  const button = make("button", "", "Verify");
  button.type = "button";
  button.dataset.verify = `${user.account_id} ${contact.id}`;
  button.setAttribute("aria-label", visible(`Verify ${contact.method} ${contact.to} of ${user.email}`));
  const body = { account: user.account_id, id: contact.id };
  const done = visible(`${contact.method} ${contact.to} verified.`);
  button.onclick = () => act($("users-status"), () => call("POST", "verify", { body }), done);
  return button;
}

$("filter").oninput = showUsers;

"use strict";

// Requests may contain hostile data, so the page shows all of it as plain text.

const EVERY_MS = 1000;
const TIMEOUT_MS = 5000;
const SCHEDULES_SHOWN = 20;
const USERS_SHOWN = 100;
const REQUESTS_SHOWN = 200;

const $ = (id) => document.getElementById(id);

/** Escapes invisible characters and those that change the text direction. */
const visible = (text) =>
  String(text).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (hidden) => `\\u{${hidden.codePointAt(0).toString(16)}}`);

/** Creates an element with classes and children. */
function make(tag, classes, ...children) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  element.append(...children.map((child) => (child instanceof Node ? child : visible(child))));
  return element;
}

/** Calls the control API. An error response becomes an error with the response's text. */
async function call(method, path, { body, headers } = {}) {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`/_sandbox/${path}`, { method, headers, body: body && JSON.stringify(body), cache: "no-store", signal });
  if (response.ok || response.status === 304) return response;
  throw new Error((await response.text()).trim() || `status ${response.status}`);
}

/** Performs a button's action, and shows its result or its error in a line. */
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

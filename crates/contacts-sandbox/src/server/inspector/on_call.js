// Who is on call

const NO_ONE = "no one";
let onCallShown = "";

async function readOnCall() {
  const text = await (await call("GET", "on-call")).text();
  if (text === onCallShown) return;
  onCallShown = text;
  const schedules = JSON.parse(text);
  const shown = schedules.slice(0, SCHEDULES_SHOWN);
  $("schedules").replaceChildren(...shown.map(scheduleRow));
  const more = schedules.length > shown.length ? `, first ${shown.length} shown` : "";
  $("schedules-count").textContent = `${schedules.length}${more}`;
  $("on-call").hidden = schedules.length === 0;
}

const scheduleRow = ({ name, now, next }) =>
  make("tr", "", make("td", "", name), make("td", "", ...people(now)), make("td", "", ...people(next)));

const people = (names) => (names.length ? names : [NO_ONE]).map((name) => make("div", name === NO_ONE ? "soft" : "", name));

// Faults

let kinds = [];
let armedShown = "";

async function readKinds() {
  if (kinds.length) return;
  kinds = await (await call("GET", "faults/kinds")).json();
  $("kind").replaceChildren(
    ...kinds.map(({ fault }) => {
      const option = make("option", "", fault.kind);
      option.value = fault.kind;
      return option;
    }),
  );
  $("kind").value = "status";
  chooseKind();
}

function chooseKind() {
  const { meaning, fault } = kinds.find(({ fault }) => fault.kind === $("kind").value);
  const connections = fault.kind === "refuse";
  $("meaning").textContent = connections ? `${meaning} Connections of this page count too.` : meaning;
  $("when-label").hidden = !("when" in fault);
  $("operation").disabled = connections;
  writeFault("when" in fault ? { ...fault, when: $("when").value } : fault);
}

const writeFault = (fault) => ($("fault").value = JSON.stringify(fault, null, 1));

function rule() {
  const fault = JSON.parse($("fault").value);
  const [often, number] = [$("occurrence").value, Number($("number").value)];
  const operation = !$("operation").disabled && $("operation").value;
  return {
    ...(operation && { operation }),
    ...(often === "next" && { times: 1 }),
    ...((often === "nth" || often === "every") && { occurrence: { [often]: number } }),
    fault,
  };
}

async function readArmed() {
  const text = await (await call("GET", "faults")).text();
  if (text === armedShown) return;
  armedShown = text;
  const armed = JSON.parse(text);
  $("armed").replaceChildren(...armed.map(armedRule));
  $("armed-none").hidden = armed.length > 0;
  $("disarm").disabled = armed.length === 0;
}

function armedRule({ rule, seen, fired }) {
  const { fault, operation, occurrence, probability, times } = rule;
  const { kind, ...details } = fault;
  const conditions = [operation ?? (kind === "refuse" ? "every connection" : "every request")];
  if (occurrence?.nth) conditions.push(`only number ${occurrence.nth}`);
  if (occurrence?.every) conditions.push(`each multiple of ${occurrence.every}`);
  if (occurrence?.range) conditions.push(`numbers ${occurrence.range.from} to ${occurrence.range.to ?? "the last"}`);
  if (probability !== undefined) conditions.push(`probability ${probability}`);
  if (times) conditions.push(`at most ${times === 1 ? "once" : `${times} times`}`);
  const last = occurrence?.nth ?? occurrence?.range?.to;
  const spent = (times && fired >= times) || (last && seen >= last);
  const describe = ([name, value]) => (name === "when" ? `${value} the effect` : `${name} ${value}`);
  const settings = Object.entries(details).map(describe).join(", ");
  const title = make("strong", "data", kind);
  const notes = [settings, conditions.join(", "), `counted ${seen}, applied ${fired}${spent ? " (used up)" : ""}`];
  return make("li", spent ? "spent" : "", title, ...notes.filter(Boolean).map((note) => make("span", "note", note)));
}

$("kind").onchange = chooseKind;
$("when").onchange = () => {
  try {
    writeFault({ ...JSON.parse($("fault").value), when: $("when").value });
  } catch {
    chooseKind();
  }
};
$("occurrence").onchange = () => {
  const often = $("occurrence").value;
  $("number-label").hidden = $("number").disabled = often !== "nth" && often !== "every";
};
$("occurrence").onchange();
$("arm").onsubmit = (event) => {
  event.preventDefault();
  act($("faults-status"), async () => call("POST", "faults", { body: rule() }), "Fault armed.");
};
$("disarm").onclick = () => act($("faults-status"), () => call("DELETE", "faults"), "All faults removed.");

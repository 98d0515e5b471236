// Polls the sandbox

let paused = false;
let timer;
let turn = Promise.resolve();

function showConnection(state, text) {
  const line = $("connection");
  if (line.textContent === text) return;
  line.dataset.state = state;
  line.textContent = text;
}

async function readAll() {
  try {
    await readKinds();
    await readOnCall();
    await readState();
    await readJournal();
    await readArmed();
    if (!paused) showConnection("live", "live");
  } catch {
    showConnection("lost", "no connection to the sandbox");
  }
}

/** Runs one update at a time, in order. */
const refresh = () => (turn = turn.then(readAll));

async function poll() {
  clearTimeout(timer);
  if (paused || document.hidden) return;
  await refresh();
  clearTimeout(timer);
  timer = setTimeout(poll, EVERY_MS);
}

$("host").textContent = location.host;
$("pause").onclick = () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  if (paused) showConnection("wait", "paused");
  poll();
};
document.onvisibilitychange = poll;
poll();

// Carries out the actions of contacts-proto with `fetch`.

/** Loads the module. Returns a function that runs a task: "list" or {ensure: {method, to}}. */
export async function connect(wasm, settings) {
  const core = (await WebAssembly.instantiate(wasm)).instance.exports;
  let tasks = 0;

  const step = (task, event) => {
    const bytes = new TextEncoder().encode(JSON.stringify(event));
    const room = core.room(bytes.length);
    new Uint8Array(core.memory.buffer, room, bytes.length).set(bytes);
    const [random] = crypto.getRandomValues(new BigUint64Array(1));
    const unix = BigInt(Math.floor(Date.now() / 1000));
    const length = core.step(task, performance.now(), unix, random);
    return JSON.parse(new TextDecoder().decode(new Uint8Array(core.memory.buffer, core.text(), length)));
  };

  const run = async (begin) => {
    const task = ++tasks;
    for (let event = begin; ; ) {
      const { send: request, wait, failed, done } = step(task, event);
      if (failed) throw Object.assign(new Error(failed.message), { receipt: failed.receipt });
      if (done !== undefined) return done;
      if (request) event = await send(request);
      else event = await new Promise((end) => setTimeout(end, wait, "waited"));
    }
  };
  await run({ connect: settings });
  return run;
}

async function send({ url, timeout, limits, ...request }) {
  let head, kind;
  const pieces = [];
  try {
    const signal = AbortSignal.timeout(timeout);
    const fixed = { redirect: "manual", cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };
    const response = await fetch(url, { ...request, ...fixed, signal });
    head = { status: response.status, headers: [...response.headers] };
    let left = response.ok ? limits.success : limits.error;
    const reader = response.body?.getReader();
    for (let piece; reader && !(piece = await reader.read()).done; ) {
      pieces.push(piece.value.subarray(0, left));
      left -= piece.value.length;
      if (left >= 0) continue;
      kind = "tooLarge";
      await reader.cancel();
      break;
    }
  } catch (error) {
    kind = error.name === "TimeoutError" ? "timedOut" : "closed";
  }
  const answer = head && { ...head, body: await new Blob(pieces).text() };
  return kind ? { failed: { kind, partial: answer } } : { answered: answer };
}

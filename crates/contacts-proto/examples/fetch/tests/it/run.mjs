// Usage: node run.mjs MODULE BASE_URL EMAIL TOKEN TASKS. Prints the result of each task.
import { readFile } from "node:fs/promises";
import { connect } from "../../contacts.mjs";

const [module, baseUrl, email, token, tasks] = process.argv.slice(2);
const run = await connect(await readFile(module), { baseUrl, email, token });
for (const task of JSON.parse(tasks)) {
  const result = await run(task).catch(({ message, receipt }) => ({ message, receipt }));
  console.log(JSON.stringify(result));
}

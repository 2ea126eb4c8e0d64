// Runs llm_guardrail over texts: a line of JSON in for each text, a line of JSON out, as `peer.py` does.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , name, modules] = process.argv;
const resolve = createRequire(`${modules}/`).resolve;
const library = await import(pathToFileURL(resolve('llm_guardrail')).href);
if (name !== 'llm_guardrail injection') throw new Error(`${name} is not known`);
await library.checkInjection('What is the weather like today?');
for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line);
  const began = process.hrtime.bigint();
  const flagged = !(await library.checkInjection(text)).allowed;
  const us = Number(process.hrtime.bigint() - began) / 1000;
  process.stdout.write(`${JSON.stringify({ flagged, us })}\n`);
}

// Judges the table of valid and broken signatures, given as JSON on standard input, with the page's own script; one code for each.
import { checkSignature } from "../../api/web/static/signature.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const verdicts = [];
for (const one of JSON.parse(Buffer.concat(chunks).toString("utf-8"))) {
  try {
    await checkSignature(new Uint8Array(Buffer.from(one.statement, "hex")), one.key, one.signature, one.origin);
    verdicts.push("");
  } catch (error) {
    verdicts.push(error.code ?? `${error.name}: ${error.message}`);
  }
}
process.stdout.write(JSON.stringify(verdicts));

// Tells, as JSON, what Amazon's checks find in the APL document that comes on standard input.
const { readFileSync } = require("node:fs");
const { StaticAplTemplateValidator } = require("apl-suggester");

console.log = console.error; // it thinks aloud
const document = JSON.parse(readFileSync(0, "utf8"));
new StaticAplTemplateValidator()
  .validate(document)
  .then((found) => process.stdout.write(JSON.stringify(found)));

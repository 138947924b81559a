// The SDK's hello world behind the SDK's own Express adapter, which verifies: two workers on a port.
//   node hello.js PORT WORKERS FOLDER
// As its documentation has it, but for the certificates, which come from FOLDER, once a worker, where
// Amazon's would be downloaded, once a worker; and the root that they end in, which is trusted
// beside those of Node.js.
const cluster = require("cluster");
const fs = require("fs");
const https = require("https");
const path = require("path");
const { Readable } = require("stream");

const [port, workers, folder] = process.argv.slice(2);

function answerHello() {
  const chain = fs.readFileSync(path.join(folder, "chain.pem"));
  const root = fs.readFileSync(path.join(folder, "root.pem"), "utf8");
  https.get = (_, answer) => {
    const response = Readable.from([chain]);
    response.statusCode = 200;
    setImmediate(answer, response);
    return { on() {}, end() {} };
  };

  const helper = require("ask-sdk-express-adapter/dist/verifier/helper");
  const storeOf = helper.generateCAStore;
  helper.generateCAStore = (roots) => storeOf([...roots, root]);

  const { SkillBuilders } = require("ask-sdk-core");
  const { ExpressAdapter } = require("ask-sdk-express-adapter");
  const express = require("express");

  const skill = SkillBuilders.custom()
    .addRequestHandlers({
      canHandle: () => true,
      handle: (input) => input.responseBuilder.speak("Hello World!").getResponse(),
    })
    .create();
  const app = express();
  app.post("/alexa", new ExpressAdapter(skill, true, true).getRequestHandlers());
  app.listen(Number(port), "127.0.0.1");
}

if (cluster.isPrimary) {
  for (let number = 0; number < Number(workers); number += 1) cluster.fork();
} else {
  answerHello();
}

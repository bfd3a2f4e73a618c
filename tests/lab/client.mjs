// A client of an MCP server, run in a folder that has the SDK: reads what to call as JSON, prints what came back.
//
// In:  {"url": …, "headers": {…}, "calls": [[tool, arguments], …]}
// Out: {"results": [[is it an error, its first text], …]} or {"failure": what the client raised}

import dns from "node:dns";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// Whatever name the address has is this machine.
dns.lookup = (name, options, done) =>
  options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

const here = createRequire(`${process.cwd()}/`);
const sdk = (path) => import(pathToFileURL(here.resolve(`@modelcontextprotocol/sdk/${path}`)).href.replace("/dist/cjs/", "/dist/esm/"));
const { Client } = await sdk("client/index.js");
const { StreamableHTTPClientTransport } = await sdk("client/streamableHttp.js");

const order = JSON.parse(readFileSync(0, "utf8"));
try {
  const client = new Client({ name: "lab", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(order.url), { requestInit: { headers: order.headers } }));
  const results = [];
  for (const [name, args] of order.calls) {
    const result = await client.callTool({ name, arguments: args });
    results.push([Boolean(result.isError), result.content[0]?.text ?? ""]);
  }
  console.log(JSON.stringify({ results }));
  await client.close();
} catch (error) {
  console.log(JSON.stringify({ failure: String(error) }));
}
process.exit(0);

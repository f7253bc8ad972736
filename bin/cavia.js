#!/usr/bin/env node
// Runs on every Node, to say which one is needed. In the repository it runs the sources, in the package the bundle.
var needed = [22, 18];
var own = process.versions.node.split('.').map(Number);
if (own[0] < needed[0] || (own[0] === needed[0] && own[1] < needed[1])) {
  console.error('Cavia needs Node ' + needed.join('.') + ' or later; this is ' + process.versions.node + '.');
  process.exit(2);
}
var sources = new URL('../clients/cli/entry.ts', import.meta.url);
var { existsSync } = await import('node:fs');
var { enableCompileCache } = await import('node:module');
// The next start need not compile again.
enableCompileCache();
await import(existsSync(sources) ? sources : new URL('../dist/cli.js', import.meta.url));

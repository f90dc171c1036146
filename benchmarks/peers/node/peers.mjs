// Rule engines on Node, in a process of their own, with a clock of their own.
//
//   node peers.mjs NODE_MODULES_FOLDER WORKLOAD.json
//
// Reads one command a line: `answers NAME` prints the answers for all leads as JSON, `time NAME
// COUNT` evaluates that many leads and prints the processor seconds that took. `names` lists the engines.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2] + "/");
const { conditions, rules, rows, rest, leads } = JSON.parse(readFileSync(process.argv[3], "utf8"));

function score(held) {
  let points = 0;
  const fired = [];
  for (let n = 0; n < rules.length; n++) {
    if (held[n]) {
      points += rules[n].points;
      fired.push(rules[n].id);
    }
  }
  const row = rows.findIndex((_, n) => held[rules.length + n]);
  return [points, row < 0 ? rest : rows[row], fired];
}

function jsonLogicEngine() {
  const { LogicEngine } = require("json-logic-engine");
  const run = new LogicEngine().build(conditions.map((condition) => condition.logic));
  return (lead) => score(run(lead));
}

function jsonRulesEngine() {
  const { Engine } = require("json-rules-engine");
  const engine = new Engine([], { allowUndefinedFacts: true });
  conditions.forEach((condition, number) =>
    engine.addRule({ conditions: condition.rule, event: { type: String(number) } }),
  );
  return async (lead) => {
    const held = [];
    for (const event of (await engine.run(lead)).events) held[Number(event.type)] = true;
    return score(held);
  };
}

const makers = { "json-logic-engine": jsonLogicEngine, "json-rules-engine": jsonRulesEngine };
const made = {};
const engine = (name) => (made[name] ??= makers[name]());

for await (const line of createInterface({ input: process.stdin })) {
  const [command, name, count] = line.split(" ");
  let said;
  try {
    if (command === "names") {
      said = Object.keys(makers);
    } else if (command === "answers") {
      said = [];
      for (const lead of leads) said.push(await engine(name)(lead));
    } else {
      const evaluate = engine(name);
      const begin = process.cpuUsage();
      for (let n = 0; n < Number(count); n++) {
        const answer = evaluate(leads[n % leads.length]);
        if (answer instanceof Promise) await answer;
      }
      const used = process.cpuUsage(begin);
      said = (used.user + used.system) / 1e6;
    }
  } catch (error) {
    said = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}

// Holds objects, a file with a JSON array, against the types, required fields, patterns and formats of their kinds.
// Prints a line for each that is wrong, and one that says how many were looked at.
import { readFileSync } from "node:fs";

const packages = {
  "keda.sh/v1alpha1": "@kubernetes-models/keda/keda.sh/v1alpha1",
  "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
};

let checked = 0;
for (const object of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  if (object.apiVersion.startsWith("kafka.strimzi.io/")) {
    continue; // Strimzi publishes its models for Java alone.
  }
  const name = `${object.kind} ${object.metadata.name}`;
  const models = await import(packages[object.apiVersion] ?? `kubernetes-models/${object.apiVersion}`);
  const Model = models[object.kind];
  if (Model === undefined) {
    console.log(`${name}: no such kind in ${object.apiVersion}`);
    continue;
  }
  try {
    new Model(object).validate();
    checked++;
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  }
}
console.log(`${checked} checked`);

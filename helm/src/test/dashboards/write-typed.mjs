// Writes every dashboard as TypeScript: as a literal, as only then a key that the type does not have is an error.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const dashboards = process.argv[2] ?? new URL('../../../topiary/files/dashboards/', import.meta.url).pathname;
const target = new URL('target/', import.meta.url);

rmSync(target, { recursive: true, force: true });
mkdirSync(target);
for (const file of readdirSync(dashboards).filter((name) => name.endsWith('.json'))) {
  const json = JSON.stringify(JSON.parse(readFileSync(`${dashboards}/${file}`, 'utf8')), null, 2);
  const source = `import type { ChartDashboard } from '../types.js';\n\nexport const dashboard: ChartDashboard = ${json};\n`;
  writeFileSync(new URL(`${file.replace('.json', '')}.ts`, target), source);
}

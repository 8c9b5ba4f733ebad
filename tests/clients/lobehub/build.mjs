// Bundles LobeHub's own importer, its tables and its list of topics, out of its published sources.
// Packages that these import but never call in an import (icons, tools, metrics) become empty ones.
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const lobe = resolve('node_modules/@lobehub/lobehub');
const aliases = [
  ['@/const/', 'packages/const/src/'],
  ['@/utils/errorResponse', 'src/utils/errorResponse'],
  ['@/utils/', 'packages/utils/src/'],
  ['@/database/', 'packages/database/src/'],
  ['@/types/', 'packages/types/src/'],
  ['@lobechat/types', 'packages/types/src'],
  ['@lobechat/const', 'packages/const/src'],
  ['@lobechat/utils', 'packages/utils/src'],
  ['@lobechat/', 'packages/'],
  ['LOBE/', ''],
  ['@/', 'src/'],
];
const endings = ['', '.ts', '.tsx', '/index.ts', '.js', '.json', '/src/index.ts'];
const kept = ['drizzle-orm', 'drizzle-zod', '@electric-sql/pglite', 'zod', 'nanoid', 'dayjs', 'random-words', 'ts-md5'];
const empty = (path) => ({ path, namespace: 'empty' });
const isFile = (path) => existsSync(path) && statSync(path).isFile();

function find(path) {
  for (const [alias, folder] of aliases) {
    if (path !== alias && !path.startsWith(alias)) continue;
    const base = join(lobe, folder, path.slice(alias.length));
    const ending = endings.find((one) => isFile(base + one));
    if (ending !== undefined) return { path: base + ending };
  }
  return empty(path);
}

writeFileSync(
  'entry.ts',
  `export { DataImporterRepos } from 'LOBE/packages/database/src/repositories/dataImporter/index';
export * as Schema from 'LOBE/packages/database/src/schemas';
export { TopicModel } from 'LOBE/packages/database/src/models/topic';
export { MessageModel } from 'LOBE/packages/database/src/models/message';
`,
);

await build({
  entryPoints: ['entry.ts'],
  outfile: 'lobe.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  nodePaths: [resolve('node_modules')],
  external: ['drizzle-orm', 'drizzle-orm/*', 'drizzle-zod', '@electric-sql/pglite', 'zod', 'nanoid'],
  plugins: [
    {
      name: 'lobe',
      setup(plugin) {
        plugin.onResolve({ filter: /^(@\/|@lobechat\/|LOBE\/)/ }, (found) => find(found.path));
        plugin.onResolve({ filter: /^[^./]/ }, (found) => {
          const name = found.path.split('/').slice(0, found.path[0] === '@' ? 2 : 1).join('/');
          return found.path.startsWith('node:') || kept.includes(name) ? undefined : empty(found.path);
        });
        plugin.onResolve({ filter: /.*/, namespace: 'empty' }, (found) => empty(found.path));
        plugin.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({
          contents: `
            const any = new Proxy(function () {}, {
              get: (_, key) => (key === Symbol.toPrimitive ? () => '' : any), apply: () => any, construct: () => any,
            });
            module.exports = new Proxy(function () {}, {
              get: (_, key) => (key === '__esModule' ? false : any), apply: () => any, construct: () => any,
              getPrototypeOf: () => new Proxy({}, { get: () => any }),
            });`,
        }));
      },
    },
  ],
});

// Imports data files into an empty LobeHub database in memory, each as often as it is named, and prints what
// LobeHub then lists: results, agents with their topics, and the messages that a page of each topic shows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite/vector';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { DataImporterRepos, MessageModel, Schema, TopicModel } from './lobe.mjs';

const print = process.stdout;
console.log = console.warn = console.error = () => {};
const db = drizzle({ client: new PGlite({ extensions: { vector } }), schema: Schema });
const database = join('node_modules', '@lobehub', 'lobehub', 'packages', 'database');
await migrate(db, { migrationsFolder: join(database, 'migrations') });
await db.insert(Schema.users).values({ id: 'nora' });

const runs = [];
for (const file of process.argv.slice(2)) {
  const data = JSON.parse(readFileSync(file, 'utf8'));
  runs.push(await new DataImporterRepos(db, 'nora').importPgData(data));
}

const agents = [];
for (const agent of await db.query.agents.findMany()) {
  const topics = [];
  const { items } = await new TopicModel(db, 'nora').query({ agentId: agent.id });
  for (const topic of items) {
    const lines = await new MessageModel(db, 'nora').query({ agentId: agent.id, topicId: topic.id });
    const messages = lines.map(({ role, content, createdAt }) => ({ role, content, createdAt }));
    topics.push({ title: topic.title, createdAt: topic.createdAt, updatedAt: topic.updatedAt, messages });
  }
  agents.push({ title: agent.title, topics });
}
const ids = (await db.query.messages.findMany()).map((message) => message.clientId);
print.write(JSON.stringify({ runs, agents, ids }), () => process.exit(0));

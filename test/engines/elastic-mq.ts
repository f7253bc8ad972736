import { addressSaidBy, javaClassPath, javaEnginesMissing, startEngineProcess } from './engine-process.ts';

/** Starts ElasticMQ in memory on a free port. It speaks SQS; queues are told apart by name alone. */
export async function startElasticMq(): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const missing = javaEnginesMissing();
  if (missing !== undefined) throw new Error(`ElasticMQ cannot start, because ${missing}`);
  const engine = startEngineProcess((scratchFolder) => ['java', ...javaArguments(scratchFolder)]);
  const address = await addressSaidBy('ElasticMQ', engine, /bind address (127\.0\.0\.1:\d+)/);
  return { endpoint: `http://${address}`, stop: engine.stop };
}

function javaArguments(scratchFolder: string): string[] {
  return [
    '-Xmx256m',
    '-XX:TieredStopAtLevel=1',
    `-Djava.io.tmpdir=${scratchFolder}`,
    '-Drest-sqs.bind-hostname=127.0.0.1',
    '-Drest-sqs.bind-port=0',
    '-Drest-sqs.sqs-limits=strict',
    '-Drest-stats.enabled=false',
    '-cp',
    javaClassPath,
    'org.elasticmq.server.Main',
  ];
}

import { describe, expect, it } from 'vitest';
import { processEnd, type ProcessFacts } from '../../shared/jobs/process-end.ts';

const facts: ProcessFacts = { exitCode: undefined, stop: undefined, sawOomKill: false };
const writtenOff = { kind: 'hostFailure', message: 'The server ended.' } as const;
const stopped = { kind: 'terminated', message: 'the study was stopped' } as const;

describe('the end of a process', () => {
  it.each<[string, Partial<ProcessFacts>, string]>([
    ['exits with 0', { exitCode: 0 }, 'succeeded'],
    ['exits with 0 while others are killed for want of memory', { exitCode: 0, sawOomKill: true }, 'succeeded'],
    ['exits with 1', { exitCode: 1 }, 'exitCode'],
    ['exits with a code that is no signal', { exitCode: 255 }, 'exitCode'],
    ['is killed for want of memory', { exitCode: 137, sawOomKill: true }, 'outOfMemory'],
    ['is killed for want of memory with its shell', { sawOomKill: true }, 'outOfMemory'],
    ['crashes while others are killed for want of memory', { exitCode: 139, sawOomKill: true }, 'exitCode'],
    ['is not seen', {}, 'hostFailure'],
    ['was told to end, and killed', { stop: stopped }, 'terminated'],
    ['was told to end, and was done', { exitCode: 0, stop: stopped }, 'terminated'],
    ['was written off as not started, and was done', { exitCode: 0, stop: writtenOff }, 'succeeded'],
    ['was written off as not started, and told to end', { exitCode: 143, stop: writtenOff }, 'hostFailure'],
    ['was written off as not started', { stop: writtenOff }, 'hostFailure'],
    ['was told to end, and killed while others were', { exitCode: 137, stop: stopped, sawOomKill: true }, 'terminated'],
  ])('that %s', (_, seen, kind) => {
    expect(processEnd({ ...facts, ...seen })).toMatchObject({ kind, exitCode: seen.exitCode });
  });

  it('says what is known, in a sentence', () => {
    const messages = [{ exitCode: 1 }, { exitCode: 139 }, { exitCode: 143 }, { exitCode: 137 }, {}].map(
      (seen) => processEnd({ ...facts, ...seen }).message,
    );
    expect(messages).toEqual([
      'It exited with code 1.',
      'It was ended by SIGSEGV.',
      'It was ended by SIGTERM, which Cavia did not send.',
      'It was ended by SIGKILL, which Cavia did not send.',
      'Nobody saw it end: the machine went down, or it was killed.',
    ]);
  });
});

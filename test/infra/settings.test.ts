import { describe, expect, it } from 'vitest';
import { asOption } from '../../infra/command-line.ts';
import { givenSettings, readSettings, type Settings } from '../../infra/settings.ts';

function settingsOf(context: Record<string, string>): Settings {
  return readSettings((name) => context[name]);
}

describe('the settings of a deployment', () => {
  it('are few', () => {
    expect(settingsOf({ stage: 'dev' })).toEqual({
      stage: 'dev',
      auth: 'keys',
      askConcurrency: undefined,
      alarmEmail: undefined,
      dashboard: false,
      tracing: false,
      training: undefined,
    });
  });

  it('say what trains, on what', () => {
    const image = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/train:v1@sha256:0';
    const context = {
      stage: 'prod',
      trainingImage: image,
      instanceTypes: 'p5.48xlarge, g4dn.metal',
      trainingVcpus: '96',
    };
    expect(settingsOf(context).training).toEqual({
      image,
      instanceTypes: ['p5.48xlarge', 'g4dn.metal'],
      vcpusMax: 96,
    });
  });

  const image = { trainingImage: 'a' };
  it.each<[Record<string, string>, string]>([
    [{}, 'stage must be 1 to 12 lower-case letters and digits, such as dev; got none: add -c stage=dev.'],
    [{ stage: 'Dev' }, 'got Dev'],
    [{ stage: 'a-b' }, 'got a-b'],
    [{ stage: 'abcdefghijklm' }, 'got abcdefghijklm'],
    [{ auth: 'none' }, 'auth must be keys or iam; got none.'],
    [{ alarmEmail: 'nobody' }, 'alarmEmail must be an e-mail address; got nobody.'],
    [{ dashboard: 'yes' }, 'dashboard must be on or off; got yes.'],
    [{ tracing: 'yes' }, 'tracing must be on or off; got yes.'],
    [
      { auth: 'iam', trainingImage: 'a' },
      'auth must be keys where there is training, because jobs call with tokens; got iam with -c trainingImage=a.',
    ],
    [{ askConcurrency: '0' }, 'askConcurrency must be a whole number from 1 to 1000; got 0.'],
    [{ askConcurrency: '1.5' }, 'got 1.5'],
    [{ trainingImage: 'no image' }, 'trainingImage must be the name of a container image; got no image.'],
    [{ ...image, instanceTypes: 'm5.large' }, 'got m5.large'],
    [{ ...image, instanceTypes: 'g5' }, 'got g5'],
    [{ ...image, instanceTypes: 'g5.xlarge,' }, 'got nothing'],
    [{ ...image, trainingVcpus: '3' }, 'trainingVcpus must be a whole number from 4 to 10000; got 3.'],
    [
      { instanceTypes: 'g5.xlarge' },
      'instanceTypes is about training, which needs the image that trains: add -c trainingImage=….',
    ],
    [{ trainingVcpus: '8' }, 'trainingVcpus is about training'],
  ])('refuse %j', (context, sentence) => {
    expect(() => settingsOf(Object.keys(context).length > 0 ? { stage: 'dev', ...context } : {})).toThrow(sentence);
  });

  it.each<[Record<string, string>, string]>([
    [{ stage: 'Dev' }, '--stage must be 1 to 12'],
    [{ alarmEmail: 'nobody' }, '--alarm-email must be an e-mail address; got nobody.'],
    [
      { trainingVcpus: '8' },
      '--training-vcpus is about training, which needs the image that trains: add --training-image ….',
    ],
    [{ auth: 'iam', trainingImage: 'a' }, '--auth must be keys'],
  ])('refuse %j in the words of whoever gave them', (context, sentence) => {
    const read = (): Settings => readSettings((name) => ({ stage: 'dev', ...context })[name], asOption);
    expect(read).toThrow(sentence);
  });

  it('are as by default when they are none', () => {
    const none = { askConcurrency: 'none', alarmEmail: 'none', trainingImage: 'none' };
    expect(settingsOf({ stage: 'dev', ...none })).toEqual(settingsOf({ stage: 'dev' }));
  });

  it.each<[Record<string, string>, Record<string, string>]>([
    [{}, {}],
    [{ auth: 'keys', dashboard: 'off', tracing: 'off', askConcurrency: 'none' }, {}],
    [
      { auth: 'iam', dashboard: 'on', tracing: 'on' },
      { auth: 'iam', dashboard: 'on', tracing: 'on' },
    ],
    [
      { askConcurrency: '020', alarmEmail: 'a@b.c' },
      { askConcurrency: '20', alarmEmail: 'a@b.c' },
    ],
    [{ trainingImage: 'a', trainingVcpus: '32' }, { trainingImage: 'a' }],
    [
      { trainingImage: 'a', trainingVcpus: '8', instanceTypes: 'g5.xlarge, g6.xlarge' },
      { trainingImage: 'a', trainingVcpus: '8', instanceTypes: 'g5.xlarge,g6.xlarge' },
    ],
  ])('that came out of %j come out of %j too', (context, given) => {
    const settings = settingsOf({ stage: 'dev', ...context });
    expect(givenSettings(settings)).toEqual(given);
    expect(settingsOf({ stage: 'dev', ...given })).toEqual(settings);
  });
});

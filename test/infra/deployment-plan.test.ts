import { describe, expect, it } from 'vitest';
import { planDeployment, type DeploymentPlan } from '../../infra/deployment-plan.ts';
import type { GivenSettings } from '../../infra/settings.ts';
import { synthesise } from './synthesis.ts';

/** Plans for a stage that was deployed with these settings; by what its templates have as outputs. */
function planFor(deployed: Record<string, string> | undefined, given: GivenSettings): DeploymentPlan {
  const templates = deployed && synthesise({ stage: 'dev', ...deployed }).templates;
  return planDeployment('dev', given, (stack) => {
    const outputs = Object.entries(templates?.[stack]?.Outputs ?? {});
    return templates?.[stack] && Object.fromEntries(outputs.map(([name, { Value }]) => [name, Value as string]));
  });
}

const everything = {
  askConcurrency: '20',
  alarmEmail: 'ops@example.org',
  dashboard: 'on',
  tracing: 'on',
  trainingImage: 'a/b:1',
  instanceTypes: 'g5.xlarge',
  trainingVcpus: '8',
};

describe('a deployment', () => {
  it('of a new stage has what is given', () => {
    const { settings, said } = planFor(undefined, { alarmEmail: 'ops@example.org', trainingImage: 'a' });
    expect(settings).toMatchObject({ stage: 'dev', auth: 'keys', alarmEmail: 'ops@example.org' });
    expect(settings.training!.image).toBe('a');
    expect(said).toBe('The stage is new: --alarm-email ops@example.org, --training-image a.');
    expect(planFor(undefined, {}).said).toBe('The stage is new: every setting is as by default.');
  });

  it('changes what is given, and keeps everything else', () => {
    const before = planFor(undefined, everything).settings;
    const { settings, said } = planFor(everything, { askConcurrency: '50' });
    expect(settings).toEqual({ ...before, askConcurrency: 50 });
    expect(said).toBe(
      'The stage is there. Changed: --ask-concurrency from 20 to 50. Kept: --alarm-email ops@example.org, --dashboard on, --tracing on, --training-image a/b:1, --instance-types g5.xlarge, --training-vcpus 8.',
    );
    expect(planFor(everything, {}).settings).toEqual(before);
    expect(planFor({ auth: 'iam' }, { dashboard: 'on' }).settings).toMatchObject({ auth: 'iam', dashboard: true });
  });

  it('takes away what it is told to', () => {
    const { settings, said } = planFor(everything, { trainingImage: 'none', alarmEmail: 'none', tracing: 'off' });
    expect(settings).toMatchObject({ alarmEmail: undefined, tracing: false, dashboard: true, training: undefined });
    expect(said).toBe(
      'The stage is there. Changed: --alarm-email from ops@example.org to none, --tracing from on to off, --training-image from a/b:1 to none. Kept: --ask-concurrency 20, --dashboard on.',
    );
  });

  it('that is given what the stage has changes nothing', () => {
    const said = 'The stage is there. Changed: no setting. Kept: nothing but defaults.';
    expect(planFor({}, { dashboard: 'off', trainingImage: 'none' }).said).toBe(said);
  });

  it('goes by the stacks that are there when the last one came to nothing half way', () => {
    const training = { Settings: '{"trainingImage":"a"}' };
    const { settings } = planDeployment('dev', {}, (stack) => (stack === 'training' ? training : undefined));
    expect(settings.training!.image).toBe('a');
    expect(planDeployment('dev', {}, () => ({})).said).toContain('The stage is new');
  });

  it('is refused in words of the command line when what is given does not go with what is kept', () => {
    expect(() => planFor(everything, { auth: 'iam' })).toThrow('got iam with --training-image a/b:1.');
    expect(() => planFor({}, { trainingVcpus: '8' })).toThrow('--training-vcpus is about training');
  });

  it('keeps each setting in the stack that changes with it', () => {
    const { templates } = synthesise({ stage: 'dev', ...everything });
    expect(JSON.parse(templates.training.Outputs!.Settings.Value as string)).toEqual({
      trainingImage: 'a/b:1',
      instanceTypes: 'g5.xlarge',
      trainingVcpus: '8',
    });
    expect(JSON.parse(templates.service.Outputs!.Settings.Value as string)).toEqual({
      askConcurrency: '20',
      alarmEmail: 'ops@example.org',
      dashboard: 'on',
      tracing: 'on',
    });
  });
});

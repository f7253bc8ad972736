import * as z from 'zod';

/** What the model expects of a point, in words that serve for suggestions and predictions. */

const meanText =
  'The median of what the model believes the point to be without the noise of a result, in the units of the objective.';

export const Mean = z.number().meta({ description: meanText });

export const Deviation = z.number().meta({
  description:
    'How far the value one standard deviation worse is from the mean. It is how unsure the model is of the mean, without the noise of a result: results scatter more widely.',
});

/** What a suggestion keeps of it. */
export const expectedFields = {
  mean: Mean.optional().meta({
    description: `${meanText} Absent with several objectives and where no model chose, as the next two are.`,
  }),
  deviation: Deviation.optional(),
  improvement: z.number().optional().meta({
    description:
      'How likely the model thinks the point to be better, without noise, than the best that it knows or believes, 0 to 1; not than the best value told. It is usually too hopeful near the end of a search.',
  }),
};

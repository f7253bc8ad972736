import * as z from 'zod';

/** What the model expects of a point, in words that serve for suggestions and predictions. */

const meanText = 'What the model expected of the point, in the units of the objective.';

export const Mean = z.number().meta({ description: meanText });

/** What a suggestion keeps of it. */
export const expectedFields = {
  mean: Mean.optional().meta({
    description: `${meanText} Absent with several objectives and where no model chose, as the next two are.`,
  }),
  deviation: z
    .number()
    .optional()
    .meta({ description: 'By how much the model thought it could be wrong: one standard deviation.' }),
  improvement: z
    .number()
    .optional()
    .meta({ description: 'How likely the model thought the point to be better than the best so far: 0 to 1.' }),
};

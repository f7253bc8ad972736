/**
 * Which suggestions this engine makes: raised with every change after which some history, seed and number have another
 * suggestion, which is whenever the files of test/noreg change. Suggestions carry it, so that one that an older engine
 * made is not taken for a wrong one.
 */
export const engineVersion = 3;

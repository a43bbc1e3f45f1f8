/** Ten runs of two made-up policies; reference values in the tests were computed from these with scipy and rliable. */
export const X = [0.31, 0.42, 0.35, 0.55, 0.48, 0.29, 0.61, 0.44, 0.39, 0.52];
export const Y = [0.3, 0.4, 0.37, 0.5, 0.41, 0.31, 0.55, 0.44, 0.33, 0.47];

/** Kinds of weather. */
export const RAIN = 0;
export const CLOUD = 1;

/** Weather over one ground node: share of time and mean length, s, of rain and of cloud; attenuation in rain, dB at the zenith. */
export interface SiteWeather {
  readonly frac: readonly [rain: number, cloud: number];
  readonly meanS: readonly [rain: number, cloud: number];
  readonly rainFadeDb: number;
}

/** Turns `laterOrVelocity` from positions `spanS` after those of `earlierKm` into mean velocities, km/s. */
export function velocitiesInto(earlierKm: Float64Array, spanS: number, laterOrVelocity: Float64Array): void {
  for (let i = 0; i < earlierKm.length; i++) {
    laterOrVelocity[i] = (laterOrVelocity[i]! - earlierKm[i]!) / spanS;
  }
}

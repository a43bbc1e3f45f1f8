/** A small valid scenario; tests change one line of it and expect the error there. Lines count from 1. */
export const VALID_TEXT = `schema: 1
name: small
epoch: 2026-11-22T00:00:00Z
durationS: 600
tickS: 10
constellations:
  - name: ring
    walker:
      pattern: star
      planes: 2
      satellitesPerPlane: 6
      altitudeKm: 1200
      inclinationDeg: 86.4
      eccentricity: 0
    isl:
      topology: grid
      rateBps: 10e9
      crossSeam: false
gateways:
  - name: svalbard
    latDeg: 78.33
    lonDeg: 15.99
dataCentres:
  - name: dc-frankfurt
    latDeg: 50.11
    lonDeg: 8.68
terminals:
  - name: cairo
    latDeg: 30.04
    lonDeg: 31.24
    population: 20.1
  - name: lagos
    latDeg: 6.45
    lonDeg: 3.4
traffic:
  load: 1
  messages:
    - name: bulk
      ratePerS: 4
      sizeBytes: 50e6
      deadlineS: 30
  contents:
    - name: imagery
      ratePerS: 3
      objects: 100
      sizeBytes: 10e6
      deadlineS: 20
`;

/** `VALID_TEXT` with the one occurrence of `from` changed; fails when there is none or more than one. */
export function changed(from: string, to: string): string {
  const parts = VALID_TEXT.split(from);
  if (parts.length !== 2) throw new Error(`'${from}' occurs ${parts.length - 1} times in the text`);
  return parts.join(to);
}

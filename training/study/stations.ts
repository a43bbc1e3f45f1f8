import type { StudyStation } from './schema.ts';

/**
 * Sites of the KSAT network, by the gateway list of the MA-DRL satellite simulator: positions of towns and stations, rounded
 * to 0.01 deg. Sites spread over the Earth come early, so that the first few of the list already do.
 */
const KSAT: readonly StudyStation[] = [
  { name: 'svalbard', latDeg: 78.33, lonDeg: 15.99 },
  { name: 'awarua', latDeg: -46.5, lonDeg: 168.36 },
  { name: 'inuvik', latDeg: 68.36, lonDeg: -133.72 },
  { name: 'hartebeesthoek', latDeg: -25.63, lonDeg: 28.08 },
  { name: 'singapore-gw', latDeg: 1.34, lonDeg: 103.83 },
  { name: 'cordoba', latDeg: -32.09, lonDeg: -63.79 },
  { name: 'hawaii', latDeg: 19.58, lonDeg: -155.42 },
  { name: 'malaga', latDeg: 36.72, lonDeg: -4.41 },
  { name: 'bangalore', latDeg: 12.97, lonDeg: 77.59 },
  { name: 'mingenew', latDeg: -29.11, lonDeg: 115.44 },
  { name: 'panama', latDeg: 8.55, lonDeg: -81.13 },
  { name: 'tolhuin', latDeg: -54.51, lonDeg: -67.19 },
  { name: 'tokyo-gw', latDeg: 35.68, lonDeg: 139.75 },
  { name: 'mauritius', latDeg: -20.27, lonDeg: 57.57 },
  { name: 'nuuk', latDeg: 64.17, lonDeg: -51.73 },
  { name: 'dubai', latDeg: 25.07, lonDeg: 55.18 },
  { name: 'los-angeles-gw', latDeg: 34.05, lonDeg: -118.24 },
  { name: 'vardo', latDeg: 70.33, lonDeg: 30.96 },
  { name: 'azores', latDeg: 37.8, lonDeg: -25.47 },
  { name: 'maspalomas', latDeg: 27.76, lonDeg: -15.58 },
  { name: 'jeju', latDeg: 33.38, lonDeg: 126.53 },
  { name: 'nemea', latDeg: 37.82, lonDeg: 22.66 },
  { name: 'aalborg', latDeg: 57.01, lonDeg: 9.98 },
];

/** Towns far from the sites above, rounded to 0.1 deg: project choice, to have sites enough for four times as many. */
const FURTHER: readonly StudyStation[] = [
  { name: 'fairbanks-gw', latDeg: 64.8, lonDeg: -147.7 },
  { name: 'papeete-gw', latDeg: -17.5, lonDeg: -149.6 },
  { name: 'dakar-gw', latDeg: 14.7, lonDeg: -17.4 },
  { name: 'darwin-gw', latDeg: -12.5, lonDeg: 130.8 },
  { name: 'recife-gw', latDeg: -8.1, lonDeg: -34.9 },
  { name: 'almaty-gw', latDeg: 43.2, lonDeg: 76.9 },
  { name: 'nairobi-gw', latDeg: -1.3, lonDeg: 36.8 },
  { name: 'lima-gw', latDeg: -12, lonDeg: -77 },
  { name: 'guam-gw', latDeg: 13.5, lonDeg: 144.8 },
  { name: 'gander-gw', latDeg: 49, lonDeg: -54.6 },
  { name: 'hobart-gw', latDeg: -42.9, lonDeg: 147.3 },
  { name: 'yakutsk-gw', latDeg: 62, lonDeg: 129.7 },
  { name: 'cape-town-gw', latDeg: -33.9, lonDeg: 18.4 },
  { name: 'denver-gw', latDeg: 39.7, lonDeg: -105 },
  { name: 'suva-gw', latDeg: -18.1, lonDeg: 178.4 },
  { name: 'santiago-gw', latDeg: -33.4, lonDeg: -70.7 },
  { name: 'kerguelen-gw', latDeg: -49.4, lonDeg: 70.2 },
  { name: 'luanda-gw', latDeg: -8.8, lonDeg: 13.2 },
  { name: 'sapporo-gw', latDeg: 43.1, lonDeg: 141.3 },
  { name: 'miami-gw', latDeg: 25.8, lonDeg: -80.2 },
  { name: 'manaus-gw', latDeg: -3.1, lonDeg: -60 },
  { name: 'reykjavik-gw', latDeg: 64.1, lonDeg: -21.9 },
  { name: 'colombo-gw', latDeg: 6.9, lonDeg: 79.9 },
];

/** What `more-stations` adds from unless the file says otherwise. */
export const WORLDWIDE: readonly StudyStation[] = [...KSAT, ...FURTHER];

/** Lists that `moreStations` may name. */
export const STATION_LISTS: Readonly<Record<string, readonly StudyStation[]>> = {
  ksat: KSAT,
  worldwide: WORLDWIDE,
};

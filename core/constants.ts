/** Physical constants; each with value, unit and source. */

/** Speed of light in vacuum, km/s (exact, SI). */
export const C_KM_S = 299792.458;
/** Earth equatorial radius, km, WGS-84 (NIMA TR8350.2). For geodesy and geometry. */
export const R_EARTH_WGS84_KM = 6378.137;
/** Earth flattening, WGS-84. */
export const F_EARTH_WGS84 = 1 / 298.257223563;
/** Earth equatorial radius, km, WGS-72, as used inside SGP4 (Vallado 2006). */
export const R_EARTH_WGS72_KM = 6378.135;
/** Earth flattening, WGS-72. */
export const F_EARTH_WGS72 = 1 / 298.26;
/** Earth gravitational parameter, km^3/s^2, WGS-84. */
export const MU_EARTH_WGS84_KM3_S2 = 398600.4418;
/** Second zonal harmonic of the Earth's gravity, WGS-84/EGM-96 (unnormalised). */
export const J2_EARTH = 1.08262668e-3;
/** Earth's rotation rate, rad/s (IERS conventions). */
export const OMEGA_EARTH_RAD_S = 7.292115e-5;
/** Sun radius, km (IAU 2015 nominal). */
export const R_SUN_KM = 695700;
/** Astronomical unit, km (IAU 2012, exact). */
export const AU_KM = 149597870.7;
/** Solar constant at 1 au, W/m^2 (Kopp and Lean 2011: 1,360.8). */
export const SOLAR_CONSTANT_W_M2 = 1361;
/** Stefan-Boltzmann constant, W/(m^2 K^4) (CODATA 2018, exact). */
export const STEFAN_BOLTZMANN_W_M2_K4 = 5.670374419e-8;
/** Boltzmann constant, J/K (exact, SI). */
export const BOLTZMANN_J_K = 1.380649e-23;
/** 0 degrees Celsius in K. */
export const ZERO_CELSIUS_K = 273.15;
export const RAD_PER_DEG = Math.PI / 180;

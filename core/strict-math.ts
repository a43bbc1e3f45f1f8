import { cbrt, exp, log, log10, pow } from './strict-math/exponential.kernel.ts';
import { acos, asin, atan, atan2 } from './strict-math/inverse.kernel.ts';
import { cos, sin } from './strict-math/trigonometry.kernel.ts';

/**
 * Elementary functions that give the same bits in every engine. ECMAScript leaves the accuracy of `Math.sin` and its like to
 * the engine, and engines differ: V8 12, 13 and 15 do among themselves. These use only + - * / and `Math.sqrt`, which
 * IEEE 754 fixes, and stay within one unit in the last place; `sin` and `cos` of more than 8e5 rad lose digits as the angle
 * grows.
 *
 * Methods and coefficients: fdlibm 5.3 (Sun Microsystems 1993, https://netlib.org/fdlibm), cube root as in FreeBSD's msun.
 */
export const StrictMath = Object.freeze({ acos, asin, atan, atan2, cbrt, cos, exp, log, log10, pow, sin });

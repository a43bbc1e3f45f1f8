/**
 * The parts of RxJS that a node uses. All of RxJS takes 80 ms of CPU time and 8 MB more to load, in each of scores of processes that
 * start together; the classes are the same as those of 'rxjs'.
 */
export { BehaviorSubject } from 'rxjs/internal/BehaviorSubject';
export { Observable } from 'rxjs/internal/Observable';
export { Subject } from 'rxjs/internal/Subject';
export { firstValueFrom } from 'rxjs/internal/firstValueFrom';
export { merge } from 'rxjs/internal/observable/merge';
export { filter } from 'rxjs/internal/operators/filter';
export { map } from 'rxjs/internal/operators/map';

import { join } from 'node:path';
import {
  type BusPermissions,
  type BusUser,
  busIdentity,
  groundPermissions,
  nodePermissions,
  tokenOf,
  worldPermissions,
} from '../../agents/bus/index.ts';
import { type StoredIdentity, readIdentity, writeIdentity } from './identity-folder.ts';

/**
 * Where the identities of a fleet lie: one folder for the world service, one for the ground, one per satellite. Each process
 * is given its own folder and nothing else.
 */
export class IdentityFolders {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get world(): string {
    return join(this.folder, 'world');
  }

  get ground(): string {
    return join(this.folder, 'ground');
  }

  satellite(name: string): string {
    return join(this.folder, 'satellites', tokenOf(name));
  }

  /** Errors: FILE_NOT_FOUND, BUS_DENIED. */
  readWorld(): StoredIdentity {
    return readIdentity(this.world);
  }
}

export interface IdentityOptions {
  readonly folder: string;
  readonly fleet: string;
  readonly satellites: readonly string[];
  /** Authority of the server's certificate, PEM; given to all. */
  readonly caPem?: string;
}

/** New identities for all of a fleet, written into its folder; returns the users to tell the server of. Errors: FILE_WRITE. */
export function makeIdentities({ folder, fleet, satellites, caPem }: IdentityOptions): readonly BusUser[] {
  const folders = new IdentityFolders(folder);
  const make = (place: string, permissions: BusPermissions): BusUser => {
    const { seed, publicKey } = busIdentity();
    writeIdentity(place, { seed, ...(caPem === undefined ? {} : { caPem }) });
    return { publicKey, permissions };
  };
  return [
    make(folders.world, worldPermissions(fleet)),
    make(folders.ground, groundPermissions(fleet)),
    ...satellites.map((name) => make(folders.satellite(name), nodePermissions(fleet, name))),
  ];
}

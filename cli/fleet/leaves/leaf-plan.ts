import { randomBytes } from 'node:crypto';
import {
  type BusUser,
  type LeafUser,
  groundPermissions,
  identityOf,
  leafPermissions,
  nodePermissions,
  tokenOf,
} from '../../../agents/bus/index.ts';
import { readIdentity } from '../identity-folder.ts';
import type { IdentityFolders } from '../identities.ts';

/** What a server beside one satellite is to be. */
export interface LeafPlan {
  readonly satellite: string;
  /** Its JetStream domain, and its name. */
  readonly domain: string;
  /** Who may connect to it: the ground, to see what it holds, and the satellite's node. */
  readonly users: readonly BusUser[];
  /** As whom it links to the ground's server, and what may cross that link. */
  readonly login: LeafUser;
}

/** Plans a server for each of these satellites, whose identities are made. Errors: FILE_*. */
export function planLeaves(
  fleet: string,
  satellites: readonly string[],
  identities: IdentityFolders,
): readonly LeafPlan[] {
  const keyOf = (folder: string): string => identityOf(readIdentity(folder).seed).publicKey;
  return satellites.map((satellite) => {
    const domain = `leaf-${tokenOf(satellite)}`;
    const publicKey = keyOf(identities.satellite(satellite));
    return {
      ...{ satellite, domain },
      users: [
        { publicKey: keyOf(identities.ground), permissions: groundPermissions(fleet) },
        { publicKey, permissions: nodePermissions(fleet, satellite) },
      ],
      login: {
        ...{ name: domain, password: randomBytes(32).toString('hex') },
        permissions: leafPermissions(fleet, { domain, nodes: [{ satellite, publicKey }] }),
      },
    };
  });
}

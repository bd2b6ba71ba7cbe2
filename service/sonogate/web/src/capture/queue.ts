// Photos that wait for a signal: encrypted with a key that cannot be read out, and gone after
// some hours. Nothing is written unless the person asked for the queue.

import type { Unsent } from "./sending";

const DATABASE = "sonogate.waiting";
const [KEYS, PHOTOS] = ["keys", "photos"] as const;
const NAME = "queue";
const IV_BYTES = 12;

interface Kept {
  readonly expires: number;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
  readonly type: string;
  readonly told: ArrayBuffer;
  readonly toldIv: Uint8Array<ArrayBuffer>;
}

/** Keep a photo until `expires` (milliseconds since 1970). */
export async function keep({ photo, ...said }: Unsent, expires: number): Promise<void> {
  const database = await open();
  const key = await keyOf(database);
  const seal = async (bytes: BufferSource) => {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
  };
  const picture = await seal(await photo.arrayBuffer());
  const told = await seal(new TextEncoder().encode(JSON.stringify(said)));
  const kept: Kept = {
    expires,
    ...picture,
    type: photo.type,
    told: told.sealed,
    toldIv: told.iv,
  };
  await done(database.transaction(PHOTOS, "readwrite").objectStore(PHOTOS).add(kept));
  database.close();
}

/** Return how many wait; those whose time is over are deleted. */
export async function count(now: number): Promise<number> {
  const database = await open();
  const store = database.transaction(PHOTOS, "readwrite").objectStore(PHOTOS);
  const keys = await done(store.getAllKeys());
  const all: Kept[] = await done(store.getAll());
  all.forEach((kept, k) => {
    if (kept.expires <= now) store.delete(keys[k]!);
  });
  const left = all.filter((kept) => kept.expires > now).length;
  if (left === 0) await forget(database);
  database.close();
  return left;
}

/** Take the oldest out; it is deleted once `use` has succeeded. */
export async function takeOldest(
  now: number,
  use: (unsent: Unsent) => Promise<boolean>,
): Promise<void> {
  if ((await count(now)) === 0) return;
  const database = await open();
  const key = await keyOf(database);
  const store = () => database.transaction(PHOTOS, "readwrite").objectStore(PHOTOS);
  const [oldest] = await done(store().getAllKeys(null, 1));
  const [kept]: Kept[] = await done(store().getAll(null, 1));
  if (oldest !== undefined && kept !== undefined) {
    const unseal = (iv: Uint8Array<ArrayBuffer>, sealed: ArrayBuffer) =>
      crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed);
    const photo = new Blob([await unseal(kept.iv, kept.sealed)], { type: kept.type });
    const told = new TextDecoder().decode(await unseal(kept.toldIv, kept.told));
    if (await use({ photo, ...JSON.parse(told) })) await done(store().delete(oldest));
  }
  database.close();
}

/** The key goes with the last photo: what the disk may still hold cannot be read any more. */
async function forget(database: IDBDatabase): Promise<void> {
  await done(database.transaction(KEYS, "readwrite").objectStore(KEYS).clear());
}

async function keyOf(database: IDBDatabase): Promise<CryptoKey> {
  const kept: CryptoKey | undefined = await done(
    database.transaction(KEYS).objectStore(KEYS).get(NAME),
  );
  if (kept !== undefined) return kept;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  await done(database.transaction(KEYS, "readwrite").objectStore(KEYS).put(made, NAME));
  return made;
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(KEYS);
    request.result.createObjectStore(PHOTOS, { autoIncrement: true });
  };
  return done(request);
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

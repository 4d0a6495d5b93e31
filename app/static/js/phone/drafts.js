// Check-ins that are not filed yet. Photos are on disk as soon as they are added.
import { store as usual, uuid } from "./db.js";
import { Told } from "./words.js";

export const MOST_PHOTOS = 9;

/** Drafts of one database; the pages use the functions below. */
export class Drafts {
  #store;
  #removed = new Set();

  constructor(store = usual) {
    this.#store = store;
  }

  /** Keep a draft; its photos stay as `addPhoto` left them. Null when it was filed or thrown away meanwhile. */
  async save(draft) {
    if (this.#removed.has(draft.id)) return null;
    return this.#store.write(["drafts", "outbox", "sent"], async ({ drafts, outbox, sent }) => {
      const [before, filed, done] = await Promise.all([
        drafts.get(draft.id),
        outbox.getKey(draft.id),
        sent.getKey(draft.id),
      ]);
      if (filed || done) return null;
      const kept = { ...draft, photos: before?.photos ?? [], changed_at: new Date().toISOString() };
      await drafts.put(kept);
      return kept;
    });
  }

  get(id) {
    return this.#store.read(["drafts"], ({ drafts }) => drafts.get(id));
  }

  /** All drafts of all accounts, the one changed last first. */
  async list() {
    const found = await this.#store.read(["drafts"], ({ drafts }) => drafts.getAll());
    return found.sort((a, b) => (a.changed_at < b.changed_at ? 1 : -1));
  }

  /** Throw a draft away with its photos. */
  async remove(id) {
    this.#removed.add(id);
    await this.#store.write(["drafts", "blobs"], async ({ drafts, blobs }) => {
      const draft = await drafts.get(id);
      await Promise.all([drafts.delete(id), ...(draft?.photos ?? []).map((photo) => blobs.delete(photo.id))]);
    });
  }

  /** Keep a photo that `prepare` made, bytes and all. Resolves with the draft. */
  addPhoto(draftId, { record, bytes, small }) {
    return this.#store.write(["drafts", "blobs"], async ({ drafts, blobs }) => {
      const draft = await drafts.get(draftId);
      if (!draft) throw new Told("no_draft");
      if (draft.photos.some((photo) => photo.id === record.id)) return draft;
      if (draft.photos.length >= MOST_PHOTOS) throw new Told("most_photos", { n: MOST_PHOTOS });
      draft.photos.push(record);
      draft.changed_at = new Date().toISOString();
      await Promise.all([
        blobs.put({ id: record.id, owner: draftId, bytes, type: record.type, small: small ?? null }),
        drafts.put(draft),
      ]);
      return draft;
    });
  }

  /** Take a photo out of a draft. Resolves with the draft. */
  removePhoto(draftId, photoId) {
    return this.#store.write(["drafts", "blobs"], async ({ drafts, blobs }) => {
      const draft = await drafts.get(draftId);
      if (!draft) throw new Told("no_draft");
      draft.photos = draft.photos.filter((photo) => photo.id !== photoId);
      draft.changed_at = new Date().toISOString();
      await Promise.all([blobs.delete(photoId), drafts.put(draft)]);
      return draft;
    });
  }

  /** {id, owner, bytes, type, small} of a photo in a draft or in the outbox. */
  blob(photoId) {
    return this.#store.read(["blobs"], ({ blobs }) => blobs.get(photoId));
  }

  /** The small picture of a photo as a Blob, null when there is none. */
  async small(photoId) {
    const found = await this.blob(photoId);
    return found?.small ? new Blob([found.small], { type: "image/jpeg" }) : null;
  }
}

const drafts = new Drafts();

/** A new check-in of a subject {code, title, version}, not kept before the first `save`. `account`: {id, display}. */
export function newDraft(subject, account) {
  const started = new Date().toISOString();
  return {
    id: uuid(),
    account: { id: account.id, display: account.display },
    subject: subject.code,
    title: subject.title,
    started_at: started,
    changed_at: started,
    verdict: null,
    finding: "",
    blockage: null,
    sections: null,
    position: null,
    seen_version: subject.version ?? null,
    photos: [],
  };
}

export const save = (draft) => drafts.save(draft);
export const get = (id) => drafts.get(id);
export const list = () => drafts.list();
export const remove = (id) => drafts.remove(id);
export const addPhoto = (draftId, prepared) => drafts.addPhoto(draftId, prepared);
export const removePhoto = (draftId, photoId) => drafts.removePhoto(draftId, photoId);
export const blob = (photoId) => drafts.blob(photoId);
export const small = (photoId) => drafts.small(photoId);

/** Hears of each request with its answer's status, such as `storage.read` and `200`; `broken` where none came. */
export type RequestObserver = (call: string, status: string) => void;

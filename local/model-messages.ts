/** What the threads of the local server say to each other: plain data, whose bytes change hands without being copied. */

export interface ModelThreadSettings {
  data: string;
  host: string;
  auth: boolean;
  version: string;
  /** See `shared/store/write-turns`. */
  turns: SharedArrayBuffer;
}

export interface RequestMessage {
  /** Names the request among those on their way. */
  id: number;
  method: string;
  url: string;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer> | null;
}

export interface ResponseMessage {
  id: number;
  status: number;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer> | null;
}

/** Places of a managed study shall be given trials. */
export interface GiveMessage {
  kind: 'give';
  id: number;
  tenant: string;
  study: string;
  slots: readonly number[];
}

export type ToModelThread =
  | { kind: 'request'; request: RequestMessage }
  | GiveMessage
  /** A study has new results. */
  | { kind: 'results'; tenant: string; id: string }
  | { kind: 'stop' };

export type FromModelThread =
  | { kind: 'ready' }
  | { kind: 'response'; response: ResponseMessage }
  | { kind: 'fault'; name: string; message: string; stack: string | undefined; requestId: string };

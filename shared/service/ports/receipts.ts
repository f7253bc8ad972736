/** The answer to a request, kept with its effect, so that a repeated request gets it again. */
export interface Receipt {
  /** Names the request: principal, route and idempotency key. */
  request: string;
  /** Hash of the body: the same key with another body is refused. */
  fingerprint: string;
  status: number;
  /** JSON. */
  body: string;
}

export interface ReceiptStore {
  find(tenant: string, request: string): Promise<Receipt | undefined>;
  /** For an answer that had no effect to commit it with. @returns whether it is the first; that one stays. */
  keep(tenant: string, receipt: Receipt): Promise<boolean>;
}

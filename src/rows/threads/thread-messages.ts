import type { Thrown } from './thrown';

/** To a thread. */
export type ThreadOrder<Order> =
  | { readonly kind: 'perform'; readonly number: number; readonly order: Order }
  /** Give up what is being done. */
  | { readonly kind: 'stop' };

/** From a thread; an order's end has its number. */
export type ThreadNews<News, Done> =
  | { readonly kind: 'news'; readonly news: News }
  | { readonly kind: 'done'; readonly number: number; readonly done: Done }
  | { readonly kind: 'failed'; readonly number: number; readonly thrown: Thrown };

/**
 * What stands in place of content: nothing there, not there yet, gone wrong.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';
import { describeError } from '../api/client.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

/** Nothing is there, and why. */
export function Empty({
  icon,
  title,
  isPage = false,
  children,
}: {
  icon: IconName;
  title: string;
  /** Whether there is nothing else on the page. */
  isPage?: boolean;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="state">
      <span class="state-icon">
        <Icon name={icon} size={22} />
      </span>
      <Title isPage={isPage}>{title}</Title>
      {children !== undefined && <div class="state-text">{children}</div>}
    </div>
  );
}

/** A page has one heading of the first level. */
function Title({ isPage, children }: { isPage: boolean; children: string }): JSX.Element {
  return isPage ? <h1>{children}</h1> : <h2>{children}</h2>;
}

/** It went wrong. */
export function Failed({
  error,
  onRetry,
  isPage = false,
}: {
  error: unknown;
  onRetry: () => void;
  /** Whether there is nothing else on the page. */
  isPage?: boolean;
}): JSX.Element {
  return (
    <div class="state" role="alert">
      <span class="state-icon is-error">
        <Icon name="warning" size={22} />
      </span>
      <Title isPage={isPage}>That did not work</Title>
      <p class="state-text">{describeError(error)}</p>
      <Button onClick={onRetry}>Try again</Button>
    </div>
  );
}

/** Something comes soon: lines in its shape. */
export function Loading({ rows = 8, label }: { rows?: number; label: string }): JSX.Element {
  return (
    <div class="loading" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        <div class="loading-row" key={index} />
      ))}
    </div>
  );
}

/**
 * Buttons.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon.tsx';

/** What a button is. */
export interface ButtonProps {
  icon?: IconName;
  children?: ComponentChildren;
  onClick?: () => void;
  /** How it looks; `plain` has no border. */
  kind?: 'usual' | 'main' | 'danger' | 'plain';
  disabled?: boolean;
  pressed?: boolean;
  expanded?: boolean;
  title?: string;
  type?: 'button' | 'submit';
}

/** A button with a text. */
export function Button(props: ButtonProps): JSX.Element {
  const { icon, children, kind = 'usual', onClick, disabled, pressed, expanded, title } = props;
  return (
    <button
      type={props.type ?? 'button'}
      class={`button ${kind}`}
      onClick={onClick}
      disabled={disabled}
      aria-pressed={pressed}
      aria-expanded={expanded}
      title={title}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button of an icon alone, with its name for all who cannot see it. */
export function IconButton(
  props: Omit<ButtonProps, 'children' | 'title' | 'icon' | 'type'> & {
    icon: IconName;
    label: string;
  },
): JSX.Element {
  const { icon, label, kind = 'plain', onClick, disabled, pressed, expanded } = props;
  return (
    <button
      type="button"
      class={`icon-button ${kind}`}
      onClick={onClick}
      disabled={disabled}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      title={label}
    >
      <Icon name={icon} />
    </button>
  );
}

/** A link that looks like a button. */
export function LinkButton(props: {
  href: string;
  icon?: IconName;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <a class="button usual" href={props.href}>
      {props.icon !== undefined && <Icon name={props.icon} />}
      {props.children}
    </a>
  );
}

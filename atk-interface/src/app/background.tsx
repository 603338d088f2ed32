export default function Background() {
  return null;
}

namespace Counterfoil.DevChain.State;

sealed partial class Trie<T>
{
    /// <summary>The nodes on the way to a path, from the root down, those that lie within their parent left out: what shows its value, or that there is none.</summary>
    public List<byte[]> Prove(in TriePath path)
    {
        var proof = new List<byte[]>();
        var node = root;
        var buffer = new byte[MaxNodeLength];
        for (int depth = 0; node is not null;)
        {
            int length = node.Write(depth, buffer);
            if (depth == 0 || length >= 32) proof.Add(buffer[..length]);
            switch (node)
            {
                case Extension extension when extension.Path.CommonFrom(depth, path) >= extension.Length:
                    depth += extension.Length;
                    node = extension.Child;
                    break;
                case Branch branch:
                    node = branch.Children[path[depth++]];
                    break;
                default:
                    return proof;
            }
        }
        return proof;
    }
}

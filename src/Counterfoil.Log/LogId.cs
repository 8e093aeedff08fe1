using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Log.Notes;

namespace Counterfoil.Log;

/// <summary>A log's name on a chain: SHA-256 of its verifier key's text, which binds origin, algorithm and key.</summary>
/// <remarks>Thirty-two bytes fit one storage word. Another key is another log: a log that changes its key has a new id.</remarks>
/// <param name="Digest">The 32 bytes.</param>
public readonly record struct LogId(Sha256Digest Digest)
{
    /// <summary>The id of the log that signs with <paramref name="key"/>.</summary>
    public static LogId Of(VerifierKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(Sha256.Hash(Encoding.UTF8.GetBytes(key.ToString())));
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Digest.ToString();
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Counterfoil.Log.Http.Serving;

/// <summary>Who may append: holders of a token, of which the log keeps the digest alone.</summary>
public sealed class WriterTokens
{
    readonly List<byte[]> digests = [];

    /// <summary>Allows the holders of these tokens, each of at least 32 characters.</summary>
    public WriterTokens(params IEnumerable<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        foreach (string token in tokens)
        {
            if (!IsToken(token)) throw new ArgumentException($"a token has at least 32 characters, not {token.Length}", nameof(tokens));
            digests.Add(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        }
    }

    /// <summary>Whether a text is long enough for a token.</summary>
    public static bool IsToken(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.Length >= 32;
    }

    /// <summary>A new token: 256 bits.</summary>
    public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether a header <c>Authorization</c> has one of the tokens. Digests are compared, in constant time.</summary>
    public bool Allow(string? authorization)
    {
        const string scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return false;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[scheme.Length..].Trim()));
        bool allowed = false;
        foreach (var known in digests) allowed |= CryptographicOperations.FixedTimeEquals(known, digest);
        return allowed;
    }
}

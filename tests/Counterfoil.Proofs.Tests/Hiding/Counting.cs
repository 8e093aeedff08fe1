using System.Security.Cryptography;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>Secrets that are known: 32 bytes of 0, then of 1, of 2 …: the weights' seed, the registration's, the first proof's.</summary>
sealed class Counting : RandomNumberGenerator
{
    byte next;

    public override void GetBytes(byte[] data) => Array.Fill(data, next++);

    public override void GetBytes(Span<byte> data) => data.Fill(next++);
}

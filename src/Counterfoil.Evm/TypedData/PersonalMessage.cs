using System.Globalization;
using System.Text;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evm.TypedData;

/// <summary>Messages that a wallet signs as text (EIP-191, version 0x45: <c>personal_sign</c>).</summary>
public static class PersonalMessage
{
    /// <summary>The digest to sign: Keccak-256 of "\x19Ethereum Signed Message:\n", the length in decimal, and the message.</summary>
    public static Keccak256Digest Digest(ReadOnlySpan<byte> message)
    {
        byte[] prefix = Encoding.ASCII.GetBytes("\x19" + "Ethereum Signed Message:\n" + message.Length.ToString(CultureInfo.InvariantCulture));
        return Keccak256.Hash([.. prefix, .. message]);
    }
}

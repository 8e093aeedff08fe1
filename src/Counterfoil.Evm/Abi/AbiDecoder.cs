using System.Text;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm.Abi;

/// <summary>The reading half of <see cref="AbiCodec"/>. The first failure sticks; what is returned after it means nothing.</summary>
ref struct AbiDecoder(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> bytes = bytes;
    static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public Verdict? Failure { get; private set; }

    public AbiValue[] ReadSequence(AbiType type, int count, int start, ref int end)
    {
        end = start;
        if (count == 0) return [];
        long heads = type.HeadsOf(count);
        if (heads > bytes.Length - start) return Fail(EvmChecks.AbiLength, $"{heads} bytes at byte {start}", $"{bytes.Length - start}");
        var values = new AbiValue[count];
        int head = start, tail = start + (int)heads;
        for (int i = 0; i < count && Failure is null; i++)
        {
            var element = type.ElementAt(i);
            if (!element.IsDynamic) values[i] = ReadStatic(element, head);
            else if (WordAt(head) != (UInt256)(tail - start)) Fail(EvmChecks.AbiCanonical, $"offset {tail - start} at byte {head}", WordAt(head).ToString());
            else values[i] = ReadDynamic(element, ref tail);
            head += element.HeadSize;
        }
        end = tail;
        return values;
    }

    AbiValue ReadStatic(AbiType type, int at)
    {
        if (type is AbiType.Array or AbiType.Tuple)
        {
            int end = 0;
            return ReadSequence(type, type is AbiType.Array { Length: var length } ? length!.Value : ((AbiType.Tuple)type).Elements.Count, at, ref end);
        }
        var word = WordAt(at);
        if (!AbiWord.IsClean(type, word)) Fail(EvmChecks.AbiCanonical, $"a word of type {type} at byte {at}", word.ToHex());
        return word;
    }

    AbiValue ReadDynamic(AbiType type, ref int tail)
    {
        if (type is AbiType.Tuple tuple) return ReadSequence(type, tuple.Elements.Count, tail, ref tail);
        if (type is AbiType.Array { Length: { } length }) return ReadSequence(type, length, tail, ref tail);
        int at = tail;
        if (bytes.Length - at < 32) return Fail(EvmChecks.AbiLength, $"a length at byte {at}", $"{bytes.Length - at} bytes");
        var count = WordAt(at);
        at += 32;
        // Every element takes at least a word and every byte a byte, so what is left bounds the memory.
        if (count > (UInt256)(bytes.Length - at)) return Fail(EvmChecks.AbiLength, $"{count} items at byte {at}", $"{bytes.Length - at} bytes");
        if (type is AbiType.Array) return ReadSequence(type, (int)count.U0, at, ref tail);
        return ReadBlob(type, at, (int)count.U0, ref tail);
    }

    AbiValue ReadBlob(AbiType type, int at, int count, ref int tail)
    {
        int padded = count + 31 & ~31;
        if (padded > bytes.Length - at) return Fail(EvmChecks.AbiLength, $"{padded} bytes at byte {at}", $"{bytes.Length - at}");
        tail = at + padded;
        if (bytes[(at + count)..tail].ContainsAnyExcept((byte)0)) return Fail(EvmChecks.AbiCanonical, $"padding of zeros at byte {at + count}", "other bytes");
        var blob = bytes.Slice(at, count).ToArray();
        if (type is AbiType.Text && !System.Text.Unicode.Utf8.IsValid(blob)) return Fail(EvmChecks.AbiText, $"UTF-8 at byte {at}", "other bytes");
        return blob;
    }

    readonly UInt256 WordAt(int at) => UInt256.ReadBigEndian(bytes.Slice(at, 32));

    AbiValue[] Fail(Check check, string expected, string found)
    {
        Failure ??= Verdict.Reject(check, expected, found);
        return [];
    }
}
